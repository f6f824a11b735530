use my_plain::p;
use net::connect;
use shared::text::up;

fn main() { up(); connect(); p() }
