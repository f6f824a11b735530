use proptest::prelude::*;

use super::*;

#[test]
fn the_grid_is_sonarqubes_and_points_agree_with_it() {
    for (percent, grade) in [
        (0.0, Grade::A),
        (5.0, Grade::A),
        (5.01, Grade::B),
        (10.0, Grade::B),
        (20.0, Grade::C),
        (50.0, Grade::D),
        (50.1, Grade::E),
        (900.0, Grade::E),
    ] {
        assert_eq!(of_percent(percent), grade, "{percent}");
        assert_eq!(Grade::of_points(points(percent)), grade, "{percent}");
    }
}

proptest! {
    #[test]
    fn more_of_anything_never_costs_less(
        figures in (0u32..200, 0u32..200, 0u32..2000, 0u16..20, 0u16..12),
        more in (0u32..50, 0u32..50, 0u32..500, 0u16..5, 0u16..5),
    ) {
        let function = |figures: (u32, u32, u32, u16, u16)| Function {
            line: 1,
            end_line: figures.2,
            cyclomatic: figures.0,
            cognitive: figures.1,
            parameters: figures.3,
            nesting: figures.4,
            ..Function::default()
        };
        let cost = |function: &Function| FUNCTION_COSTS.iter().map(|cost| cost.minutes(function)).sum::<f64>();
        let worse = (figures.0 + more.0, figures.1 + more.1, figures.2 + more.2, figures.3 + more.3, figures.4 + more.4);
        prop_assert!(cost(&function(worse)) >= cost(&function(figures)));
    }

    #[test]
    fn more_debt_never_gives_more_points(percent in 0.0f64..200.0, more in 0.0f64..100.0) {
        prop_assert!(points(percent + more) <= points(percent));
        prop_assert!(of_percent(percent + more) >= of_percent(percent));
    }
}
