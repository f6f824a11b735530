mod calls;
fn dead_one() {}
