"""`make demo`: GreenLeaf sleeps on a Friday, wakes on a Monday and keeps its budget, on a laptop, without an AWS account."""
