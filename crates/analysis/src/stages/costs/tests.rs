use proptest::prelude::*;

use super::*;

/// Figures of a function: cyclomatic and cognitive complexity, lines, parameters, nesting.
type Figures = (u32, u32, u32, u16, u16);

fn function(line: u32, figures: Figures) -> Function {
    Function {
        line,
        end_line: line + figures.2,
        cyclomatic: figures.0,
        own_cognitive: figures.1,
        parameters: figures.3,
        nesting: figures.4,
        ..Function::default()
    }
}

/// A function with two beside each other within it: what it has of its own, and theirs one level deeper.
fn nested(outer: Figures, inner: [Figures; 2]) -> Vec<Function> {
    let lines = inner[0].2 + inner[1].2 + 4 + outer.2;
    let nesting = outer.4.max(inner[0].4 + 1).max(inner[1].4 + 1);
    vec![
        function(1, (outer.0, outer.1, lines, outer.3, nesting)),
        function(2, inner[0]),
        function(4 + inner[0].2, inner[1]),
    ]
}

fn cost(functions: &[Function]) -> f64 {
    super::functions(functions).iter().flat_map(|own| own.minutes).sum()
}

#[test]
fn a_function_that_only_holds_others_costs_nothing() {
    let inner = (30, 60, 200, 3, 6);
    let both = nested((1, 0, 0, 0, 0), [inner, inner]);
    let alone = cost(&[function(1, inner)]);
    assert!(alone > 0.0);
    assert_eq!(cost(&both), 2.0 * alone);
    // Functions that share their only line are not within each other.
    let line = function(7, (20, 30, 0, 0, 0));
    assert_eq!(cost(&[line.clone(), line.clone()]), 2.0 * cost(&[line]));
}

#[test]
fn a_range_is_around_the_estimate() {
    assert_eq!(range(340.0), [170, 510]);
    assert_eq!(range(2.0), [1, 3]);
    assert_eq!(range(0.0), [1, 1]);
}

fn figures() -> impl Strategy<Value = Figures> {
    (1u32..200, 0u32..200, 1u32..2000, 0u16..20, 0u16..12)
}

fn add(a: Figures, b: Figures) -> Figures {
    (a.0 + b.0, a.1 + b.1, a.2 + b.2, a.3 + b.3, a.4 + b.4)
}

proptest! {
    #[test]
    fn more_of_anything_never_costs_less(outer in figures(), inner in [figures(), figures()], more in figures()) {
        let before = cost(&nested(outer, inner));
        prop_assert!(cost(&nested(add(outer, more), inner)) >= before);
        prop_assert!(cost(&nested(outer, [add(inner[0], more), inner[1]])) >= before);
        prop_assert!(cost(&nested(outer, [inner[0], add(inner[1], more)])) >= before);
    }

    #[test]
    fn one_more_function_never_costs_less(outer in figures(), inner in [figures(), figures()]) {
        let all = nested(outer, inner);
        prop_assert!(cost(&all) >= cost(&nested(outer, [inner[0], (1, 0, 1, 0, 0)])));
        prop_assert!(cost(&all) >= cost(&[function(1, inner[0])]));
    }
}
