pub fn helper() -> u8 { 1 }
pub fn user() -> u8 { helper() }
#[cfg(test)]
mod tests {
    use super::*;
    fn prepare() -> u8 { helper() }
    #[test]
    fn one() { assert_eq!(prepare(), helper()); }
}
