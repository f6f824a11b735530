pub mod pool;

pub fn run(pool: &mut pool::Pool) {
    tokio::spawn(async {});
    std::mem::take_all(pool);
    pool.enqueue(1);
}
