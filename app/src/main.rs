//! The binary `tabletop`: verbs, flags, and the start. What a service does is in `services/`; what all stand on in
//! `platform/`.

use std::sync::Arc;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let store = store::Store::memory();
        let kernel =
            kernel::Kernel::open(kernel::Config::default(), store, tabletop::services()).expect("it opens");
        kernel.spawn();
        let server = edge::Server::bind(([127, 0, 0, 1], 4566).into(), edge::Limits::default(), None)
            .await
            .expect("the port is free");
        println!("http://{}", server.local_addr().expect("it is bound"));
        server.run(Arc::new(kernel::Front(kernel)), std::future::pending()).await;
    });
}
