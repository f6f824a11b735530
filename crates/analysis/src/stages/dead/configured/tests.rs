use super::*;

#[test]
fn alternatives_are_written_out() {
    let mut found = alternatives("src/**/*.@(a|b).{js,ts}");
    found.sort();
    assert_eq!(
        found,
        ["src/**/*.a.js", "src/**/*.a.ts", "src/**/*.b.js", "src/**/*.b.ts"]
    );
    assert_eq!(alternatives("a/*.js"), ["a/*.js"]);
}

#[test]
fn roots_are_taken_off() {
    assert_eq!(plain("<rootDir>/lib/a"), "lib/a");
    assert_eq!(plain("./a?raw"), "a");
    assert_eq!(plain("/src/a.ts"), "src/a.ts");
}
