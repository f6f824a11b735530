use anyhow;
use other::Thing;

#[async_trait::async_trait]
trait A {}

fn main() {
    log::info!("left");
    let _ = (md5::compute(b""), inflector::cases(), Thing, anyhow::Ok(()));
}
