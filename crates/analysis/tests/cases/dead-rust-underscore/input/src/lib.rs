pub struct Handle;

fn _assert_send() {
    fn check<T: Send>() {}
    check::<Handle>();
}

fn dead_one() {}
