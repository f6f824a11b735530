pub fn double(n: u32) -> u32 {
    n * 2
}

pub fn four(n: u32) -> u32 {
    double(n) * 2
}

fn gone() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn one() {
        assert_eq!(double(1), 2);
    }
    #[test]
    fn two() {
        assert_eq!(double(2), 4);
    }
}
