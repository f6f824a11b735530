use http_body::Body;

pub struct Incoming {
    left: usize,
}

impl Body for Incoming {
    fn is_end_stream(&self) -> bool {
        self.left == 0
    }
}

impl Incoming {
    pub fn drain_all(&mut self) {
        self.left = 0;
    }
}

pub struct Span(pub usize, pub usize);

pub trait Shown {
    fn display_range(&self) -> String;
}

impl Shown for Span {
    fn display_range(&self) -> String {
        format!("{}..{}", self.0, self.1)
    }
}
