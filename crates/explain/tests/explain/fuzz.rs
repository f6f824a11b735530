//! Random answers: no number is ever kept that is not in the facts.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use repolens_explain::answer::{ModelAnswer, Sentence};
use repolens_explain::check::CheckedAnswer;

use crate::report::facts;

/// Numbers in digits, as the facts and the sentences have them, without grouping.
fn numbers(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut number = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() || (matches!(c, ',' | '.') && !number.is_empty()) {
            number.push(c);
        } else if !number.is_empty() {
            let plain = number.trim_matches([',', '.']).replace(',', "");
            found.insert(plain);
            number.clear();
        }
    }
    found
}

/// Texts that are made of words of the facts, numbers and signs.
fn sentence() -> impl Strategy<Value = Sentence> {
    let word = prop_oneof![
        3 => prop::sample::select(vec![
            "It", "has", "lines", "of", "code", "files", "`src/area.py`", "`Area.compute`", "functions", "shapes", "and", "python",
            "the", "no", "%", "risk", "(f1)", "**12,345**", "12,345", "310", "42", "25", "2.7", "31.5", "line", "7", "half", "twenty",
            "three", "`25`", "`7`", "x", "k", "million", "point", "src/area.py",
        ]).prop_map(str::to_owned),
        1 => (0u32..100_000).prop_map(|number| number.to_string()),
        1 => (0u32..1_000, 0u32..100).prop_map(|(whole, part)| format!("{whole}.{part}")),
        1 => (1u32..1_000, 0u32..1_000).prop_map(|(head, tail)| format!("{head},{tail:03}")),
        1 => "[0-9]{1,3}[-/:×xk%.,+~^]{1,2}[0-9]{0,3}",
        1 => "[\u{660}-\u{669}\u{ff10}-\u{ff19}\u{b2}\u{bd}\u{2460}0-9]{1,4}",
        1 => "[`*_(\\[{<]{0,2}[0-9]{1,3}[`*_)\\]}>]{0,2}",
    ];
    (
        prop::collection::vec(word, 1..14),
        prop::collection::vec(0usize..40, 0..6),
    )
        .prop_map(|(words, ids)| Sentence {
            text: words.join(" ") + ".",
            facts: ids.into_iter().map(|id| format!("f{id}")).collect(),
        })
}

#[test]
fn no_ungrounded_number_in_a_thousand_texts() {
    let facts = facts();
    let mut runner = TestRunner::new(Config {
        cases: 1_000,
        failure_persistence: None,
        ..Config::default()
    });
    let mut kept = 0;
    let texts = prop::collection::vec(sentence(), 1..12);
    let result = runner.run(&texts, |sentences| {
        for sentence in sentences {
            let cited: String = sentence
                .facts
                .iter()
                .filter_map(|id| facts.get(id))
                .map(|fact| format!("{}\n", fact.text))
                .collect();
            let answer = ModelAnswer {
                overview: vec![sentence],
                ..ModelAnswer::default()
            };
            for text in CheckedAnswer::new(&answer, &facts).overview {
                let (stated, known) = (numbers(&text), numbers(&cited));
                prop_assert!(stated.is_subset(&known), "`{text}` of `{cited}`");
                prop_assert!(!text.chars().any(|c| !c.is_ascii() && c.is_numeric()), "{text}");
            }
        }
        Ok(())
    });
    result.expect("every number is in the facts");
    // The check lets something through.
    for id in 1..=facts.list.len() {
        let fact = &facts.list[id - 1];
        for number in numbers(&fact.text) {
            let sentence = Sentence {
                text: format!("The number is {number} here."),
                facts: vec![fact.id.clone()],
            };
            let answer = ModelAnswer {
                risks: vec![sentence],
                ..ModelAnswer::default()
            };
            kept += CheckedAnswer::new(&answer, &facts).kept();
        }
    }
    assert!(kept >= 15, "{kept}");
}

#[test]
fn any_bytes_can_be_read_as_an_answer() {
    proptest!(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() }, |(text in ".{0,400}")| {
        if let Some(answer) = ModelAnswer::read(&text) {
            prop_assert!(CheckedAnswer::new(&answer, &facts()).kept() <= answer.count());
        }
    });
}
