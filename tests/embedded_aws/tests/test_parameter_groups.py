from __future__ import annotations

from typing import Any

from .case import EmbeddedAwsTest


class ParameterGroups(EmbeddedAwsTest):
    seeded = False

    def answered(self, family: str, **parameter: str) -> dict[str, Any]:
        name = f"group-{family.replace('.', '-')}"
        self.rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily=family, Description="x")
        asked = {"ApplyMethod": "immediate", **parameter}
        self.rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=[asked])
        (found,) = [
            one
            for one in self.rds.describe_db_parameters(DBParameterGroupName=name)["Parameters"]
            if one["ParameterName"] == parameter["ParameterName"]
        ]
        return found

    def test_a_default_that_is_asked_for_is_answered_as_a_default(self) -> None:
        found = self.answered("postgres15", ParameterName="rds.force_ssl", ParameterValue="1")
        self.assertEqual((found["Source"], found["ApplyMethod"]), ("system", "pending-reboot"))

    def test_another_value_is_somebodys(self) -> None:
        found = self.answered("postgres15", ParameterName="rds.force_ssl", ParameterValue="0")
        self.assertEqual((found["Source"], found["ApplyMethod"]), ("user", "immediate"))

    def test_so_is_the_same_value_in_a_family_with_another_default(self) -> None:
        found = self.answered("postgres14", ParameterName="rds.force_ssl", ParameterValue="1")
        self.assertEqual((found["Source"], found["ApplyMethod"]), ("user", "immediate"))
