//! CloudWatch's embedded metric format, read as CloudWatch reads it.

use std::collections::BTreeMap;

use serde_json::Value;

/// The units that `PutMetricData` knows and Nightcap may use.
const UNITS: [&str; 7] = [
    "Count",
    "Milliseconds",
    "Seconds",
    "Percent",
    "Bytes",
    "Count/Second",
    "None",
];

/// The metrics that CloudWatch makes of a log line, by name.
///
/// # Errors
/// If the line has not the structure that CloudWatch documents, and would be a log line only.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
pub fn embedded_metrics(line: &Value) -> Result<BTreeMap<String, f64>, String> {
    let about = &line["_aws"];
    about["Timestamp"]
        .as_u64()
        .filter(|stamp| stamp.to_string().len() == 13)
        .ok_or("_aws.Timestamp is no number of milliseconds")?;
    let directives = about["CloudWatchMetrics"]
        .as_array()
        .ok_or("no list _aws.CloudWatchMetrics")?;
    let mut metrics = BTreeMap::new();
    for directive in directives {
        namespace(&directive["Namespace"])?;
        dimensions(&directive["Dimensions"], line)?;
        let declared = directive["Metrics"].as_array().ok_or("no list Metrics")?;
        if declared.is_empty() || declared.len() > 100 {
            return Err(format!("{} metrics in one directive", declared.len()));
        }
        for metric in declared {
            let (name, value) = metric_of(metric, line)?;
            metrics.insert(name, value);
        }
    }
    Ok(metrics)
}

fn namespace(namespace: &Value) -> Result<(), String> {
    let text = namespace.as_str().unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-_/#: ".contains(c);
    let fine = (1..=255).contains(&text.len()) && text.chars().all(fits);
    if fine && !text.starts_with("AWS/") {
        Ok(())
    } else {
        Err(format!("{namespace} is no namespace of ours"))
    }
}

fn dimensions(sets: &Value, line: &Value) -> Result<(), String> {
    for set in sets.as_array().ok_or("no list Dimensions")? {
        let keys = set.as_array().ok_or("a set of dimensions is no list")?;
        if keys.len() > 30 {
            return Err(format!("{} dimensions", keys.len()));
        }
        for key in keys {
            let key = key.as_str().ok_or("a dimension is no text")?;
            let value = line[key].as_str().unwrap_or_default();
            if !(1..=1024).contains(&value.len()) {
                return Err(format!("the dimension {key} has no text at the root"));
            }
        }
    }
    Ok(())
}

fn metric_of(metric: &Value, line: &Value) -> Result<(String, f64), String> {
    let name = metric["Name"].as_str().ok_or("a metric without a name")?;
    let unit = metric["Unit"].as_str().unwrap_or("None");
    if !UNITS.contains(&unit) {
        return Err(format!("{name}: {unit} is no unit"));
    }
    let value = line[name]
        .as_f64()
        .filter(|value| value.is_finite())
        .ok_or_else(|| format!("{name}: no number at the root"))?;
    Ok((name.to_owned(), value))
}
