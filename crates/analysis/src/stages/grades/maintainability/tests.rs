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
    fn more_debt_never_gives_more_points(percent in 0.0f64..200.0, more in 0.0f64..100.0) {
        prop_assert!(points(percent + more) <= points(percent));
        prop_assert!(of_percent(percent + more) >= of_percent(percent));
    }
}
