"""Budgets: pages.

moto gives every budget on one page and spells the token `nextToken`. AWS pages (100 unless `MaxResults`
says otherwise) and spells it `NextToken`:
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeBudgets.html
"""

from __future__ import annotations

import json

from moto.budgets.responses import BudgetsResponse
from moto.core.exceptions import JsonRESTError

from .paging import BadToken
from .world import World, corrects


def install(world: World) -> None:
    @corrects(BudgetsResponse)
    def describe_budgets(self: BudgetsResponse) -> str:
        budgets = list(self.backend.describe_budgets(account_id=self._get_param("AccountId")))
        asked = self._get_int_param("MaxResults", 100)
        try:
            page, token = world.pages.cut(budgets, asked, self._get_param("NextToken"))
        except BadToken as error:
            raise JsonRESTError("InvalidNextTokenException", "The pagination token is invalid.") from error
        answer = {"Budgets": page}
        return json.dumps(answer if token is None else {**answer, "NextToken": token})
