//! Whatever the configuration: the messages are its targets, each exactly once, and each
//! message finds its target again.

use std::collections::BTreeSet;

use nightcap_aws::queue::TargetMessage;
use nightcap_aws::target::{Target, targets};
use nightcap_domain::config::Compiled;
use nightcap_domain::names::Region;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

/// Environments, each with the places of its roles and regions.
type Environments = Vec<(BTreeSet<u8>, BTreeSet<u8>, bool)>;

const REGIONS: [&str; 5] = [
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "us-east-1",
];

fn role(number: u8) -> String {
    format!("arn:aws:iam::{number:012}:role/nightcap")
}

fn config(environments: &Environments) -> Compiled {
    let mut text = "timezone: UTC\nschedules: { office: { windows: [{ start: '0 9 * * *', stop: '0 19 * * *' }] } }\nenvironments:\n".to_owned();
    for (index, (roles, regions, protected)) in environments.iter().enumerate() {
        let roles: Vec<String> = roles.iter().map(|&number| role(number)).collect();
        let regions: Vec<&str> = regions.iter().map(|&n| REGIONS[usize::from(n)]).collect();
        let what = if *protected {
            "protected: true"
        } else {
            "schedule: office"
        };
        text += &format!(
            "  env-{index}: {{ {what}, roles: [{}], regions: [{}] }}\n",
            roles.join(", "),
            regions.join(", ")
        );
    }
    Compiled::parse(&text).unwrap()
}

/// What the configuration says, read in another way: every role with every region.
fn expected(environments: &Environments) -> BTreeSet<(Option<String>, String)> {
    let mut pairs = BTreeSet::new();
    for (roles, regions, _) in environments.iter().filter(|(_, _, protected)| !protected) {
        let mut roles: Vec<Option<String>> = roles.iter().map(|&n| Some(role(n))).collect();
        if roles.is_empty() {
            roles.push(None);
        }
        let mut regions: Vec<&str> = regions.iter().map(|&n| REGIONS[usize::from(n)]).collect();
        if regions.is_empty() {
            regions.push("eu-west-3");
        }
        for role in &roles {
            for region in &regions {
                pairs.insert((role.clone(), (*region).to_owned()));
            }
        }
    }
    pairs
}

fn environments() -> impl Strategy<Value = Environments> {
    vec(
        (
            btree_set(0..6_u8, 0..4),
            btree_set(0..5_u8, 0..5),
            any::<bool>(),
        ),
        1..6,
    )
}

proptest! {
    #[test]
    fn what_the_consumers_are_told_is_what_the_configuration_says(environments in environments()) {
        let config = config(&environments);
        let all: Vec<Target> = targets(&config, &Region::new("eu-west-3"));
        let now = "2026-11-20T18:00:00Z".parse().unwrap();
        let bodies: Vec<String> = all
            .iter()
            .map(|target| TargetMessage::about(target, None, now, "tick-1"))
            .map(|message| serde_json::to_string(&message).unwrap())
            .collect();
        let told: Vec<TargetMessage> = bodies
            .iter()
            .map(|body| TargetMessage::parse(body).unwrap())
            .collect();
        let pairs: Vec<_> = told
            .iter()
            .map(|message| (message.role.as_ref().map(ToString::to_string), message.region.to_string()))
            .collect();
        let once: BTreeSet<_> = pairs.iter().cloned().collect();
        prop_assert_eq!(once.len(), pairs.len());
        prop_assert_eq!(once, expected(&environments));
        for (message, target) in told.iter().zip(&all) {
            let found: Vec<&Target> = all.iter().filter(|target| message.is_about(target)).collect();
            prop_assert_eq!(found, vec![target]);
        }
    }

    #[test]
    fn any_body_gets_an_answer(body in ".*") {
        let _ = TargetMessage::parse(&body);
    }
}
