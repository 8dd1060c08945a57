//! Whatever character stands in a name, a tag, a hold, a cost tag's value or what AWS says: no
//! mail, subject or answer carries one that nobody sees.

use crate::world::{CONFIG, World, database, group, utc};
use nightcap_domain::answer::{Answer, Circumstances, Outcome};
use nightcap_domain::config::Language;
use nightcap_domain::explain::explain;
use nightcap_domain::fleet::Tags;
use nightcap_domain::hold::{About, Asked, End, HoldAnswer, make};
use nightcap_domain::message::{NothingRead, TickNews, nothing_done, tick};
use nightcap_domain::plan::{Fault, Problem};
use nightcap_domain::text::{is_hidden, visible_answer};
use nightcap_domain::time::State;

const FRIDAY: &str = "2026-11-20T18:00:00Z";

/// Every character that nobody sees, but for most of the thousands that stand for nothing.
fn hidden() -> Vec<char> {
    let all = (0..=0xE_00FF_u32).filter_map(char::from_u32);
    let hidden: Vec<char> = all.filter(|character| is_hidden(*character)).collect();
    assert!(hidden.len() > 200, "{}", hidden.len());
    hidden
}

/// A fleet in whose every text this stands, its problems, and what AWS refused.
fn fleet(text: &str) -> World {
    let mut app = group(&format!("app{text}"), "preprod", "2/2/4");
    app.tags = Tags::from_iter([
        ("nightcap:environment", "preprod".to_owned()),
        ("Name", format!("a{text}b")),
    ]);
    let mut stray = database("stray", "preprod");
    stray.tags = Tags::from_iter([("nightcap:environment", format!("pre{text}prd"))]);
    let mut tiered = database("tiered", "preprod");
    tiered.tags = Tags::from_iter([
        ("nightcap:environment".to_owned(), "preprod".to_owned()),
        ("nightcap:tier".to_owned(), format!("1{text}5")),
        (format!("nightcap:{text}tier"), "1".to_owned()),
    ]);
    let mut prod = database("prod-db", "preprod");
    prod.tags = Tags::from_iter([
        ("nightcap:environment".to_owned(), "preprod".to_owned()),
        (format!("Env{text}"), format!("prod{text}")),
        ("Environment".to_owned(), format!("prod {text}")),
    ]);
    World::new(CONFIG, vec![app, stray, tiered, prod])
}

fn problems(text: &str, world: &World) -> Vec<Problem> {
    let plan = world.plan(utc(FRIDAY));
    let mut problems: Vec<Problem> = plan.problems().collect();
    problems.push(Problem {
        about: format!("arn:{text}"),
        name: format!("name{text}"),
        fault: Fault::OverlappingTags(vec![format!("a{text}"), format!("{text}b")]),
    });
    problems
}

#[test]
fn no_mail_no_subject_and_no_answer_carries_a_character_that_nobody_sees() {
    for character in hidden() {
        let text = format!("x{character}{character}y");
        let world = fleet(&text);
        let now = utc(FRIDAY);
        let plan = world.plan(now);
        let problems = problems(&text, &world);
        let outcomes: Vec<Outcome> = plan.steps.iter().map(|_| Outcome::Done).collect();
        for language in [Language::En, Language::Fr] {
            let news = TickNews {
                plan: &plan,
                outcomes: &outcomes,
                problems: &problems,
                standing: 1,
                over: &[format!("failed arn{text}")],
                awake: &[],
                zone: chrono_tz::Europe::Paris,
                language,
                reference: &text,
            };
            let zone = chrono_tz::Europe::Paris;
            let nothing = nothing_done(NothingRead::Fleet, &text, now, zone, language, &text);
            for mail in [tick(&news), nothing] {
                let seen = |c: char| is_hidden(c) && c != '\n';
                assert!(
                    !mail.subject.contains(is_hidden),
                    "{character:?}: {}",
                    mail.subject
                );
                assert!(!mail.body.contains(seen), "{character:?}: {:?}", mail.body);
            }
        }
        let circumstances = Circumstances {
            command: "tick",
            dry_run: false,
            correlation_id: text.clone(),
        };
        let answer = Answer::new(circumstances, &plan, &outcomes, &problems);
        let mut answers = vec![serde_json::to_value(answer).unwrap()];
        for resource in ["stray", "tiered", "prod-db"] {
            let told = explain(&world.config, &plan, &world.ledger, resource).unwrap();
            answers.push(serde_json::to_value(told).unwrap());
        }
        let asked = Asked {
            about: About::Resource(plan.steps[0].resource.arn.to_string()),
            state: State::Running,
            end: End::Until("23:00".to_owned()),
            by: "on-call".to_owned(),
            reason: "release".to_owned(),
        };
        if let Ok(hold) = make(&world.config, &plan, &asked, now) {
            let told = HoldAnswer::new(&world.config, &plan, &world.ledger, &hold, false);
            answers.push(serde_json::to_value(told).unwrap());
        }
        let hostile = make(
            &world.config,
            &plan,
            &Asked {
                by: text.clone(),
                ..asked
            },
            now,
        );
        let refused = hostile.unwrap_err().to_string();
        assert!(!refused.contains(is_hidden), "{refused:?}");
        for answer in answers {
            let text = visible_answer(answer).to_string();
            assert!(!text.contains(is_hidden), "{character:?}: {text:?}");
        }
    }
}
