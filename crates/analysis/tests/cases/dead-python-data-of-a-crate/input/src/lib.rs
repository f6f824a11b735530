pub fn reduce() -> &'static str {
    "_reduce_ex"
}
