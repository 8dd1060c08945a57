"""The AWS Price List API, which moto lacks altogether.

`GetProducts` over a small price list in AWS's own form: filters, pages, tiers, and the neighbours among which
a product must be told apart (dedicated tenancy, Memcached, classic load balancers…). Prices of Paris and
Ireland only; Virginia sells nothing here, so that what is missing can be seen to be missing.
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from .paging import BadToken
from .request import AwsRequest
from .world import World

HOMES = ("us-east-1", "eu-central-1", "ap-south-1")
PUBLISHED = "2026-11-12T17:01:02Z"
MOST_ON_A_PAGE = 100

Answer = tuple[int, dict[str, Any]]


def answer(world: World, asked: AwsRequest) -> Answer:
    if asked.region not in HOMES:
        return _error("UnrecognizedClientException", f"the Price List API is not in {asked.region}")
    if asked.action != "GetProducts":
        return _error("InvalidParameterException", f"{asked.action} is not embedded")
    parameters = asked.parameters
    found = [item for item in price_list() if _matches(item, parameters)]
    try:
        page, token = world.pages.cut(
            found, min(int(parameters.get("MaxResults", 100)), MOST_ON_A_PAGE), parameters.get("NextToken")
        )
    except BadToken:
        return _error("InvalidNextTokenException", "The pagination token is invalid.")
    body = {"FormatVersion": "aws_v1", "PriceList": [json.dumps(item) for item in page]}
    return 200, body if token is None else {**body, "NextToken": token}


def _error(code: str, message: str) -> Answer:
    return 400, {"__type": code, "Message": message}


def _matches(item: dict[str, Any], parameters: dict[str, Any]) -> bool:
    if item["serviceCode"] != parameters.get("ServiceCode"):
        return False
    product = item["product"]
    values = {**product["attributes"], "productFamily": product["productFamily"]}
    return all(values.get(want["Field"]) == want["Value"] for want in parameters.get("Filters", []))


@cache
def price_list() -> list[dict[str, Any]]:
    return [*_region("eu-west-3", "EUW3-", 1.0), *_region("eu-west-1", "EU-", 0.95)]


def _region(region: str, prefix: str, factor: float) -> list[dict[str, Any]]:
    def product(
        service: str, family: str, usage: str, unit: str, *tiers: float, **attributes: str
    ) -> dict[str, Any]:
        place = "fromRegionCode" if service == "AWSDataTransfer" else "regionCode"
        known = {"usagetype": prefix + usage, place: region, "servicecode": service, **attributes}
        return _document(service, family, known, unit, [tier * factor for tier in tiers])

    def linux(kind: str, price: float, **other: str) -> dict[str, Any]:
        usual = {
            "instanceType": kind,
            "operatingSystem": "Linux",
            "preInstalledSw": "NA",
            "tenancy": "Shared",
            "capacitystatus": "Used",
        }
        usage = "DedicatedUsage" if other.get("tenancy") == "Dedicated" else "BoxUsage"
        return product("AmazonEC2", "Compute Instance", f"{usage}:{kind}", "Hrs", price, **{**usual, **other})

    def database(kind: str, price: float, engine: str = "PostgreSQL") -> list[dict[str, Any]]:
        def one(deployment: str, usage: str, times: int) -> dict[str, Any]:
            return product(
                "AmazonRDS", "Database Instance", f"{usage}:{kind}", "Hrs", price * times,
                instanceType=kind, databaseEngine=engine, deploymentOption=deployment,
            )  # fmt: skip

        return [one("Single-AZ", "InstanceUsage", 1), one("Multi-AZ", "Multi-AZUsage", 2)]

    def cache_node(kind: str, price: float, engine: str) -> dict[str, Any]:
        attributes = {"instanceType": kind, "cacheEngine": engine}
        return product("AmazonElastiCache", "Cache Instance", f"NodeUsage:{kind}", "Hrs", price, **attributes)

    postgres = {"databaseEngine": "PostgreSQL"}
    balancer = "Load Balancer-Application"
    return [
        linux("t3.nano", 0.0059),
        linux("t3.micro", 0.0118),
        linux("t3.small", 0.024),
        linux("t3.small", 0.0536, operatingSystem="RHEL"),
        linux("t3.small", 0.0249, tenancy="Dedicated"),
        linux("t3.medium", 0.0472),
        *database("db.t3.micro", 0.021),
        *database("db.t3.small", 0.041),
        *database("db.t3.medium", 0.082),
        *database("db.t3.medium", 0.08, engine="MySQL"),
        product("AmazonRDS", "Database Storage", "RDS:GP3-Storage", "GB-Mo", 0.133, **postgres),
        product("AmazonRDS", "Database Storage", "RDS:Multi-AZ-GP3-Storage", "GB-Mo", 0.266, **postgres),
        product("AmazonRDS", "Storage Snapshot", "RDS:ChargedBackupUsage", "GB-Mo", 0.1, **postgres),
        cache_node("cache.t3.micro", 0.019, "Redis"),
        cache_node("cache.t3.micro", 0.017, "Memcached"),
        product("AWSELB", balancer, "LoadBalancerUsage", "Hrs", 0.02646),
        product("AWSELB", balancer, "LCUUsage", "LCU-Hrs", 0.0084),
        product("AWSELB", "Load Balancer", "LoadBalancerUsage", "Hrs", 0.0294),
        product("AmazonEC2", "Storage", "EBS:VolumeUsage.gp3", "GB-Mo", 0.0928, volumeApiName="gp3"),
        product("AmazonEC2", "NAT Gateway", "NatGateway-Hours", "Hrs", 0.05),
        product("AmazonEC2", "NAT Gateway", "NatGateway-Bytes", "GB", 0.05),
        # Two products of one usage at two prices: which one is meant cannot be known.
        product("AmazonVPC", "VPCPublicIPv4Address", "PublicIPv4:InUseAddress", "Hrs", 0.005),
        product("AmazonVPC", "VPCPublicIPv4Address", "PublicIPv4:InUseAddress", "Hrs", 0.007),
        product("AmazonS3", "Storage", "TimedStorage-ByteHrs", "GB-Mo", 0.024, 0.023, 0.022),
        # By the byte where the book counts gigabytes.
        product("AmazonCloudWatch", "Data Payload", "DataProcessing-Bytes", "Bytes", 0.5985),
        product("AmazonCloudWatch", "Alarm", "CW:AlarmMonitorUsage", "Alarms", 0.1),
        product("AWSSecretsManager", "Secret", "AWSSecretsManager-Secrets", "Secrets", 0.4),
        # The first tier is free: it is not the price.
        product(
            "AWSDataTransfer", "Data Transfer", "DataTransfer-Out-Bytes", "GB", 0.0, 0.09, 0.085,
            transferType="AWS Outbound",
        ),
        # Listed without a price above zero.
        product("AWSLambda", "Serverless", "Lambda-GB-Second-ARM", "Lambda-GB-Second", 0.0),
    ]  # fmt: skip


def _document(
    service: str, family: str, attributes: dict[str, str], unit: str, tiers: list[float]
) -> dict[str, Any]:
    name = json.dumps([family, attributes, unit, tiers])
    sku = hashlib.sha256(name.encode()).hexdigest()[:16].upper()
    ranges = [str(10240 * number) for number in range(len(tiers))] + ["Inf"]
    # AWS gives the tiers in no order.
    dimensions = {
        f"{sku}.JRTCKXETXF.{number}": {
            "unit": unit,
            "beginRange": ranges[number],
            "endRange": ranges[number + 1],
            "appliesTo": [],
            "pricePerUnit": {"USD": f"{price:.10f}"},
        }
        for number, price in reversed(list(enumerate(tiers)))
    }
    term = {
        "sku": sku,
        "offerTermCode": "JRTCKXETXF",
        "effectiveDate": "2026-11-01T00:00:00Z",
        "priceDimensions": dimensions,
        "termAttributes": {},
    }
    return {
        "product": {"sku": sku, "productFamily": family, "attributes": attributes},
        "serviceCode": service,
        "terms": {"OnDemand": {f"{sku}.JRTCKXETXF": term}},
        "version": "20261112170102",
        "publicationDate": PUBLISHED,
    }
