//! The price book.

use nightcap_cost::price::{PriceBook, PriceStatus};
use nightcap_model::names::Region;

fn region(name: &str) -> Region {
    name.into()
}

#[test]
fn every_embedded_row_says_where_it_comes_from() {
    let book = PriceBook::embedded().unwrap();
    assert!(book.iter().count() > 50);
    for price in book.iter() {
        assert!(
            !price.source.is_empty() && !price.amount.is_negative() && !price.amount.is_zero(),
            "{}",
            price.item
        );
        assert!(
            price.status != PriceStatus::Found || price.as_of.is_some(),
            "{}",
            price.item
        );
    }
}

#[test]
fn inferred_and_old_prices_stay_marked() {
    let book = PriceBook::embedded().unwrap();
    let status = |item: &str| book.price(item, &region("eu-west-3")).unwrap().status;
    assert_eq!(status("ec2:t3.small"), PriceStatus::Found);
    assert_eq!(
        status("rds-postgresql:db.t3.medium:single-az"),
        PriceStatus::FoundOld
    );
    assert_eq!(
        status("rds-postgresql:db.t3.medium:multi-az"),
        PriceStatus::Inferred
    );
    let view = book.view(&[region("eu-west-3")], "2026-11-21".parse().unwrap());
    let table = view.table();
    let line = table
        .lines()
        .find(|line| line.contains("db.t3.medium:multi-az"))
        .unwrap();
    assert!(line.ends_with("inferred"), "{line}");
    let alb = view
        .prices
        .iter()
        .find(|aged| aged.price.item == "alb:hour")
        .unwrap();
    assert_eq!(alb.age_days, Some(43));
}

#[test]
fn a_gap_is_an_answer_not_a_price() {
    let book = PriceBook::embedded().unwrap();
    let gap = book
        .price("rds-postgresql:db.t3.medium:multi-az", &region("eu-west-1"))
        .unwrap_err();
    assert!(
        gap.to_string()
            .starts_with("no price for rds-postgresql:db.t3.medium:multi-az in eu-west-1")
    );
    assert!(
        book.view(&[region("eu-west-1")], "2026-11-21".parse().unwrap())
            .gaps
            .iter()
            .any(|g| g.item == gap.item)
    );
    assert!(
        book.gaps(&region("eu-west-3"))
            .iter()
            .all(|g| g.item.contains("t4g")),
        "Paris is complete for the platform"
    );
    assert!(book.price("alb:hour", &region("mars-1")).is_err());
}

#[test]
fn another_book_replaces_the_embedded_one() {
    let book = PriceBook::from_csv("\u{feff}item,unit,amount,currency,region,as_of,status,source\nx,gb-month,0.10,USD,eu-west-9,2026-10,found,me\n").unwrap();
    let price = book.price("x", &region("eu-west-9")).unwrap();
    assert_eq!(serde_json::to_value(price).unwrap()["amount"], "0.10");
    assert_eq!(price.as_of.as_ref().unwrap().to_string(), "2026-10");
}

#[test]
fn a_wrong_row_is_refused_with_its_line() {
    let error = |row: &str| {
        let text = format!(
            "item,unit,amount,currency,region,as_of,status,source\na,hour,1,USD,r,2026,found,s\n{row}\n"
        );
        PriceBook::from_csv(&text).unwrap_err().to_string()
    };
    for (row, want) in [
        ("b,hour,1,EUR,r,2026,found,s", "line 3: currency"),
        ("b,fortnight,1,USD,r,2026,found,s", "line 3: unit"),
        ("b,hour,-1,USD,r,2026,found,s", "line 3: amount"),
        ("b,hour,nothing,USD,r,2026,found,s", "line 3: amount"),
        ("b,hour,,USD,r,2026,found,s", "line 3: amount"),
        ("b,hour,1,USD,r,,found,s", "line 3: as_of"),
        ("b,hour,1,USD,r,2026-13,found,s", "line 3: as_of"),
        ("b,hour,1,USD,r,2026,guessed,s", "line 3: status"),
        ("b,hour,1,USD,r,2026,found,", "line 3: source"),
        (",hour,1,USD,r,2026,found,s", "line 3: item"),
        (
            "a,hour,2,USD,r,2026,found,s",
            "line 3: a in r has a price already",
        ),
        ("b,hour,1", "line 3: "),
    ] {
        assert!(error(row).starts_with(want), "{row}: {}", error(row));
    }
    assert!(PriceBook::from_csv("nonsense").is_err());
}
