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
        let seen = double(1);
        assert_eq!(seen, 2);
    }
    #[test]
    fn two() {
        let seen = double(2);
        assert_eq!(seen, 4);
    }
}
