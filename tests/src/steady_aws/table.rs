//! A table of `DynamoDB`: the few calls to it that a ledger makes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// The most bytes of one page, as `DynamoDB` has it.
const PAGE: usize = 1024 * 1024;

/// Items by both keys, with their JSON.
#[derive(Debug, Default)]
pub(super) struct Table(BTreeMap<(String, String), (Value, String)>);

impl Table {
    /// The items of a partition, a page at a time.
    pub(super) fn query(&self, asked: &Value) -> String {
        let value = |name: &str| asked["ExpressionAttributeValues"][name]["S"].as_str();
        let partition = value(":state").expect("a partition");
        let from = value(":from").unwrap_or_default();
        let condition = asked["KeyConditionExpression"].as_str().unwrap_or_default();
        let wanted = |sk: &str| {
            if condition.contains("begins_with") {
                sk.starts_with(from)
            } else {
                sk >= from
            }
        };
        let after = asked["ExclusiveStartKey"]["sk"]["S"].as_str();
        let mut items: Vec<&str> = vec![];
        let (mut size, mut last, mut more) = (0, "", false);
        for ((pk, sk), (_, text)) in &self.0 {
            if pk != partition || !wanted(sk) || after.is_some_and(|after| sk.as_str() <= after) {
                continue;
            }
            more = size + text.len() > PAGE;
            if more {
                break;
            }
            size += text.len();
            last = sk;
            items.push(text);
        }
        let next = if more {
            let key = json!({ "pk": { "S": partition }, "sk": { "S": last } });
            format!(",\"LastEvaluatedKey\":{key}")
        } else {
            String::new()
        };
        let count = items.len();
        format!(
            "{{\"Count\":{count},\"ScannedCount\":{count},\"Items\":[{}]{next}}}",
            items.join(",")
        )
    }

    /// The bytes of a partition, as JSON, and how many items it has.
    pub(super) fn kept(&self, partition: &str) -> (usize, usize) {
        let items = self.0.iter().filter(|((pk, _), _)| pk == partition);
        items.fold((0, 0), |(bytes, count), (_, (_, text))| {
            (bytes + text.len(), count + 1)
        })
    }

    /// Writes all of it, or nothing and says why not.
    pub(super) fn transact(&mut self, asked: &Value) -> (u16, String) {
        let puts: Vec<&Value> = asked["TransactItems"]
            .as_array()
            .expect("a transaction")
            .iter()
            .map(|item| &item["Put"])
            .collect();
        let reasons: Vec<Value> = puts
            .iter()
            .map(|put| {
                if self.allows(put) {
                    json!({ "Code": "None" })
                } else {
                    json!({ "Code": "ConditionalCheckFailed", "Message": "refused" })
                }
            })
            .collect();
        if reasons.iter().any(|reason| reason["Code"] != "None") {
            let told = json!({
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "Message": "cancelled",
                "CancellationReasons": reasons,
            });
            return (400, told.to_string());
        }
        for put in puts {
            self.put(&put["Item"]);
        }
        (200, "{}".to_owned())
    }

    /// Writes and deletes, whatever stands there.
    pub(super) fn batch(&mut self, asked: &Value) -> String {
        let tables = asked["RequestItems"].as_object().expect("a batch");
        for request in tables
            .values()
            .flat_map(|all| all.as_array().expect("requests"))
        {
            if request["PutRequest"].is_object() {
                self.put(&request["PutRequest"]["Item"]);
            } else {
                self.0.remove(&key(&request["DeleteRequest"]["Key"]));
            }
        }
        "{\"UnprocessedItems\":{}}".to_owned()
    }

    /// The two conditions that orders and notifications are claimed with: nothing stands there,
    /// or what was seen does.
    fn allows(&self, put: &Value) -> bool {
        let Some(condition) = put["ConditionExpression"].as_str() else {
            return true;
        };
        let names = put["ExpressionAttributeNames"].as_object();
        let (name, attribute) = names
            .and_then(|names| names.iter().next())
            .expect("the name of an attribute");
        let attribute = attribute.as_str().unwrap_or_default();
        let stands = self.0.get(&key(&put["Item"])).map(|(item, _)| item);
        let stands = stands.and_then(|item| item.get(attribute));
        if condition == format!("attribute_not_exists({name})") {
            stands.is_none()
        } else if condition == format!("{name} = :seen") {
            stands == put["ExpressionAttributeValues"].get(":seen")
        } else {
            panic!("the condition {condition:?} is not known here")
        }
    }

    fn put(&mut self, item: &Value) {
        self.0.insert(key(item), (item.clone(), item.to_string()));
    }
}

fn key(item: &Value) -> (String, String) {
    let empty = Map::new();
    let item = item.as_object().unwrap_or(&empty);
    let of = |name: &str| {
        let value = item.get(name).and_then(|value| value["S"].as_str());
        value.expect("a key of two texts").to_owned()
    };
    (of("pk"), of("sk"))
}
