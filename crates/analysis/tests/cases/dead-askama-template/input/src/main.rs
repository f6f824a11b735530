struct Page {
    n: u32,
}

impl Page {
    fn doubled(&self) -> u32 {
        self.n * 2
    }

    fn gone(&self) -> u32 {
        self.n
    }
}

fn main() {
    let page = Page { n: 1 };
    println!("{}", page.n);
}
