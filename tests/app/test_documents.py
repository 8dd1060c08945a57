"""The documents of this folder's subject: commands the same in both languages, links that lead somewhere."""

from __future__ import annotations

import json
import re
import subprocess
import unittest
from pathlib import Path

from support import APP, ROOT

DOCS = ROOT / "docs"
OURS = [
    DOCS / "architecture.md",
    DOCS / "deployment.md",
    DOCS / "deploiement.md",
    DOCS / "disaster-recovery.md",
    DOCS / "security.md",
    APP / "README.md",
]


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)


def commands(path: Path) -> list[str]:
    """What a reader types, without comments and without the text of the test message."""
    lines = [re.sub(r"\s+# .*", "", line) for block in blocks(path, "bash") for line in block.splitlines()]
    return [re.sub(r'--message ".*?"', "--message …", line) for line in lines if line]


def shape(path: Path) -> tuple[list[str], int, int, list[str]]:
    """What does not depend on the language: inline code, titles, rows of tables, links."""
    prose = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    # Words for the reader to replace, and the other language's page.
    told = re.sub(r"ENVIRONNEMENT|ENVIRONMENT|INSTANCE_ID|ID_INSTANCE|\bNAME\b|\bNOM\b", "…", prose)
    links = [link for link in re.findall(r"\]\(([^)]+)\)", prose) if not link.startswith("deplo")]
    rows, titles = len(re.findall(r"^\|", prose, re.MULTILINE)), len(re.findall(r"^#+ ", prose, re.MULTILINE))
    return sorted(re.findall(r"`([^`]+)`", told)), titles, rows, links


class Documents(unittest.TestCase):
    """All of them."""

    def test_the_guides_say_the_same_in_both_languages(self) -> None:
        english, french = shape(DOCS / "deployment.md"), shape(DOCS / "deploiement.md")
        self.assertGreater(len(english[0]), 40)
        self.assertEqual(english, french)

    def test_the_guides_give_the_same_commands_in_both_languages(self) -> None:
        english, french = commands(DOCS / "deployment.md"), commands(DOCS / "deploiement.md")
        self.assertGreater(len(english), 40)
        self.assertEqual(english, french)

    def test_links_lead_somewhere(self) -> None:
        for path in OURS:
            for link in re.findall(r"\]\((?!https?://)([^)]+)\)", path.read_text()):
                with self.subTest(f"{path.name}: {link}"):
                    target, _, anchor = link.partition("#")
                    file = (path.parent / target).resolve() if target else path
                    self.assertTrue(file.exists())
                    if anchor:
                        titles = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
                        slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
                        self.assertIn(anchor, slugs)

    def test_policies_are_json_and_fit_an_inline_policy(self) -> None:
        policies = blocks(DOCS / "security.md", "json")
        self.assertEqual(len(policies), 3)
        for policy in policies:
            parsed = json.loads(policy)
            self.assertEqual(parsed["Version"], "2012-10-17")
            sids = [statement.get("Sid") for statement in parsed["Statement"]]
            self.assertEqual(len(sids), len(set(sids)))
            # IAM counts without blanks; a role's inline policies may have 10,240 characters together.
            self.assertLess(len(json.dumps(parsed, separators=(",", ":"))), 10_240)

    def test_commands_can_be_pasted(self) -> None:
        for path in OURS:
            for block in blocks(path, "bash"):
                with self.subTest(f"{path.name}: {block.splitlines()[0]}"):
                    done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_scripts_and_workflows_that_are_named_exist(self) -> None:
        for path in OURS:
            for name in re.findall(r"`((?:scripts|tests/app|infra/app|\.github)/[\w./-]+)`", path.read_text()):
                with self.subTest(f"{path.name}: {name}"):
                    self.assertTrue((ROOT / name).exists())


if __name__ == "__main__":
    unittest.main()
