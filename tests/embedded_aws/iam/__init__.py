"""IAM as AWS enforces it: every call of a function is held against the policies that Terraform renders for its role.

- `evaluator`  whether policies allow one request (tests/infra judges the modules' policies with it too);
- `reference`  AWS's Service Authorization Reference as data: which action has which resources and condition keys;
- `actions`    which actions on which resources an operation with its parameters is authorised as;
- `tags`       what a resource is tagged with at this moment;
- `roles`      the roles: policies as rendered for a configuration, who signs with which key;
- `enforce`    the decision on one call, and its refusal in the service's own words.
"""
