//! What an answer may weigh: Lambda takes 6 MB and answers anything larger with an error, after
//! the work has been done ("Lambda quotas", docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).

use nightcap_model::text::visible_answer;
use serde_json::{Map, Value};

/// Bytes of an answer, as JSON: somewhat less than the 6,291,556 that Lambda takes.
const MOST_BYTES: usize = 5_500_000;

/// Lists that may be cut, with what they hold told in counts elsewhere. What SQS must hear of
/// (`batchItemFailures`) is none of them.
const LISTS: [&str; 16] = [
    "resources",
    "problems",
    "upcoming",
    "pruned",
    "holds",
    "remaining",
    "released",
    "sent",
    "facts",
    "targets",
    "unreadable",
    // Of the guard: as many as there are values of the cost tag, and messages in its event.
    "environments",
    "notified",
    "news",
    "ladder",
    "doubts",
];

/// The answer as it may be given: without what nobody sees ([`visible_answer`]), and its longest
/// lists cut at their ends until it fits; `cut` says how much is missing of which.
pub fn fit(answer: Value) -> Value {
    // What is measured is what is sent.
    let mut answer = visible_answer(answer);
    fit_to(&mut answer, MOST_BYTES);
    answer
}

fn fit_to(answer: &mut Value, most: usize) {
    let mut over = size(answer).saturating_sub(most);
    // What says so needs room, too.
    let room = 1_000;
    let mut left_out: Map<String, Value> = Map::new();
    while over > 0 {
        let mut lists = vec![];
        collect(answer, "", &mut lists);
        let longest = lists
            .into_iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(path, list)| (list.iter().map(size).sum::<usize>(), path, list))
            .max_by_key(|(bytes, ..)| *bytes);
        let Some((_, path, list)) = longest else {
            break;
        };
        let mut freed = 0;
        let mut count = 0_u64;
        while freed < over + room {
            let Some(last) = list.pop() else { break };
            freed += size(&last) + 1;
            count += 1;
        }
        let before = left_out.get(&path).and_then(Value::as_u64).unwrap_or(0);
        left_out.insert(path, (before + count).into());
        over = size(answer).saturating_sub(most);
    }
    if !left_out.is_empty() {
        let cut = Value::Object(left_out.clone()).to_string();
        tracing::warn!(cut, "the answer was too large");
        if let Some(answer) = answer.as_object_mut() {
            answer.insert("cut".to_owned(), left_out.into());
        }
    }
}

fn size(value: &Value) -> usize {
    let mut count = Count(0);
    // Counting cannot fail.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}

struct Count(usize);

impl std::io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every list that may be cut, here and in the answer of a tick inside this one.
fn collect<'a>(value: &'a mut Value, path: &str, lists: &mut Vec<(String, &'a mut Vec<Value>)>) {
    let Value::Object(keys) = value else { return };
    for (key, value) in keys {
        let path = format!("{path}{key}");
        if matches!(key.as_str(), "tick" | "data") {
            collect(value, &format!("{path}."), lists);
        } else if LISTS.contains(&key.as_str())
            && let Some(list) = value.as_array_mut()
        {
            lists.push((path, list));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_large_answer_is_cut_at_its_longest_list_and_says_so() {
        let resources: Vec<Value> = (0..20_000)
            .map(|n| json!({ "name": n, "reason": "x".repeat(400) }))
            .collect();
        let answer = json!({
            "command": "hold", "hold": { "id": "a" }, "problems": [1, 2],
            "batchItemFailures": [{ "itemIdentifier": "m" }],
            "tick": { "resources": resources, "summary": { "left": 20_000 } },
        });
        let cut = fit(answer.clone());
        assert!(size(&cut) <= MOST_BYTES, "{}", size(&cut));
        let kept = cut["tick"]["resources"].as_array().unwrap().len();
        assert!(kept > 10_000);
        assert_eq!(cut["cut"]["tick.resources"], 20_000 - kept);
        for whole in ["hold", "problems", "batchItemFailures"] {
            assert_eq!(cut[whole], answer[whole]);
        }
        assert_eq!(cut["tick"]["summary"], answer["tick"]["summary"]);
        let small = json!({ "command": "tick", "resources": [1] });
        assert_eq!(fit(small.clone()), small);
    }
}
