"""`make demo`: a Friday evening and a Monday morning of GreenLeaf's, on a laptop, without an AWS account."""
