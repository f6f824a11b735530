//! Percentile ranks: what a product of figures of different kinds is made of. The largest value has no more weight than
//! its place, so that one extreme file does not push all others to zero.

/// The share of the values that are lower, and half of those that are equal (the value itself among them): 0 to 1.
pub(crate) fn percentile_ranks(values: &[u64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let count = sorted.len().max(1) as f64;
    values
        .iter()
        .map(|value| {
            let below = sorted.partition_point(|other| other < value);
            let up_to = sorted.partition_point(|other| other <= value);
            (below + up_to) as f64 / 2.0 / count
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_values_share_their_places() {
        assert_eq!(percentile_ranks(&[5, 1, 5, 9]), [0.5, 0.125, 0.5, 0.875]);
        assert!(percentile_ranks(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn a_larger_value_never_ranks_lower(values in proptest::collection::vec(0u64..50, 1..40)) {
            let ranks = percentile_ranks(&values);
            for (a, rank_a) in values.iter().zip(&ranks) {
                for (b, rank_b) in values.iter().zip(&ranks) {
                    prop_assert_eq!(a.cmp(b), rank_a.total_cmp(rank_b));
                }
                prop_assert!((0.0..=1.0).contains(rank_a));
            }
        }
    }
}
