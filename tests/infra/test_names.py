"""The check of names finds what is not there: `python -m unittest test_names`, which the step `guide` runs."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from infra_checks import names

REPOSITORY = Path(__file__).resolve().parents[2]
RIGHT = """
`infra/platform/main.tf`, `aws_instance.single`, `nat_image_release`, `greenleaf-prod-app`, `nightcap-scheduler`,
`greenleaf-prod-nat-eu-west-3a`, `greenleaf-tf-lock`, `test_caddyfile`, `image_release = "2"`.

```bash
aws elasticache create-cache-cluster --cache-cluster-id greenleaf-standby-by-hand
aws elasticache wait cache-cluster-available --cache-cluster-id greenleaf-standby-by-hand
scripts/deploy dev
```
"""
WRONG = {
    "`infra/platform/nothing.tf`": "no file infra/platform/nothing.tf",
    "`aws_instance.double`": "no aws_instance.double",
    "`nat_picture_release`": "nothing is called nat_picture_release",
    "`greenleaf-prod-application`": "nothing makes greenleaf-prod-application",
    "`nightcap-schedulers`": "nothing makes nightcap-schedulers",
    "[a page](nowhere.md)": "no file nowhere.md",
    "```bash\nscripts/undeploy dev\n```": "no file scripts/undeploy",
    "```bash\naws rds stop-db-instance --db-instance-identifier greenleaf-prod-dbs\n```": "nothing makes greenleaf-prod-dbs",
}


class Names(unittest.TestCase):
    def found(self, text: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.md"
            page.write_text(text)
            return list(names.problems(page, REPOSITORY))

    def test_what_is_there_is_no_problem(self) -> None:
        self.assertEqual(self.found(RIGHT), [])

    def test_what_is_not_there_is_one(self) -> None:
        for text, problem in WRONG.items():
            with self.subTest(text):
                self.assertEqual(self.found(text), [problem])


if __name__ == "__main__":
    unittest.main()
