"""A DynamoDB table in memory: single items, conditional writes, and look-ups by one attribute.

``tests/simulation/test_models.py`` holds it against the emulator.
"""

from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tests.simulation.expressions import Expression, Item


@dataclass
class TableModel:
    """One table.

    :param key: the name of its partition key.
    """

    key: str
    items: dict[str, Item] = field(default_factory=dict)

    def update_item(
        self,
        *,
        Key: Item,
        UpdateExpression: str,
        ConditionExpression: str = "",
        ExpressionAttributeNames: dict[str, str] | None = None,
        ExpressionAttributeValues: Item | None = None,
        ReturnValues: str = "NONE",
        **_: Any,
    ) -> dict[str, Any]:
        names, values = ExpressionAttributeNames or {}, ExpressionAttributeValues or {}
        id_ = str(Key[self.key]["S"])
        item = self.items.get(id_, {})
        if ConditionExpression and not Expression(ConditionExpression, names, values).holds(item):
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "UpdateItem")
        self.items[id_] = Expression(UpdateExpression, names, values).applied(item or dict(Key))
        return {"Attributes": dict(self.items[id_])} if ReturnValues == "ALL_NEW" else {}

    def put_item(
        self,
        *,
        Item: Item,
        ConditionExpression: str = "",
        ExpressionAttributeValues: Item | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        id_, values = str(Item[self.key]["S"]), ExpressionAttributeValues or {}
        known = self.items.get(id_, {})
        if ConditionExpression and not Expression(ConditionExpression, {}, values).holds(known):
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")
        self.items[id_] = dict(Item)
        return {}

    def get_item(self, *, Key: Item, **_: Any) -> dict[str, Any]:
        item = self.items.get(str(Key[self.key]["S"]))
        return {"Item": dict(item)} if item else {}

    def scan(
        self, *, FilterExpression: str = "", ExpressionAttributeValues: Item | None = None
    ) -> dict[str, Any]:
        values = ExpressionAttributeValues or {}
        kept = [
            item
            for item in self.items.values()
            if not FilterExpression or Expression(FilterExpression, {}, values).holds(item)
        ]
        return {"Items": [dict(item) for item in kept]}

    def query(
        self,
        *,
        KeyConditionExpression: str,
        ExpressionAttributeValues: Item,
        ExpressionAttributeNames: dict[str, str] | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        names = ExpressionAttributeNames or {}
        return {
            "Items": [
                dict(item)
                for item in self.items.values()
                if Expression(KeyConditionExpression, names, ExpressionAttributeValues).holds(item)
            ]
        }
