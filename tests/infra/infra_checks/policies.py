"""stub"""
from pathlib import Path
def check(repository: Path) -> str:
    return "todo"
