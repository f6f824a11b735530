fn compiled() -> Vec<String> {
    #[cfg(target_arch = "x86_64")]
    {
        let mut features = vec![];
        features.push(name("first"));
        let second = has("second");
        features.push(format!("{}second", sign(second)));

        let third = has("third");
        features.push(format!("{}third", sign(third)));

        features
    }
    #[cfg(target_arch = "aarch64")]
    {
        let mut features = vec![];

        let neon = has("neon");
        features.push(format!("{}neon", sign(neon)));

        features
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        vec![]
    }
}
