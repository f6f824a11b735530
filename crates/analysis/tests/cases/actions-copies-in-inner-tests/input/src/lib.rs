pub struct Tank {
    pub level: i32,
    pub is_open: bool,
}

pub fn run(level: i32) -> Tank {
    Tank { level, is_open: true }
}

#[cfg(test)]
mod tests {
    #[test]
    fn of_cold_water() {
        let tank0 = super::run(0);
        assert_eq!(tank0.level, 0);
        assert!(tank0.is_open, "tank 0 is closed");
        let tank1 = super::run(1);
        assert_eq!(tank1.level, 1);
        assert!(tank1.is_open, "tank 1 is closed");
        let tank2 = super::run(2);
        assert_eq!(tank2.level, 2);
        assert!(tank2.is_open, "tank 2 is closed");
        let tank3 = super::run(3);
        assert_eq!(tank3.level, 3);
        assert!(tank3.is_open, "tank 3 is closed");
        let tank4 = super::run(4);
        assert_eq!(tank4.level, 4);
        assert!(tank4.is_open, "tank 4 is closed");
        let tank5 = super::run(5);
        assert_eq!(tank5.level, 5);
        assert!(tank5.is_open, "tank 5 is closed");
        let tank6 = super::run(6);
        assert_eq!(tank6.level, 6);
        assert!(tank6.is_open, "tank 6 is closed");
        let tank7 = super::run(7);
        assert_eq!(tank7.level, 7);
        assert!(tank7.is_open, "tank 7 is closed");
        let tank8 = super::run(8);
        assert_eq!(tank8.level, 8);
        assert!(tank8.is_open, "tank 8 is closed");
    }

    #[test]
    fn of_warm_water() {
        let tank0 = super::run(0);
        assert_eq!(tank0.level, 0);
        assert!(tank0.is_open, "tank 0 is closed");
        let tank1 = super::run(1);
        assert_eq!(tank1.level, 1);
        assert!(tank1.is_open, "tank 1 is closed");
        let tank2 = super::run(2);
        assert_eq!(tank2.level, 2);
        assert!(tank2.is_open, "tank 2 is closed");
        let tank3 = super::run(3);
        assert_eq!(tank3.level, 3);
        assert!(tank3.is_open, "tank 3 is closed");
        let tank4 = super::run(4);
        assert_eq!(tank4.level, 4);
        assert!(tank4.is_open, "tank 4 is closed");
        let tank5 = super::run(5);
        assert_eq!(tank5.level, 5);
        assert!(tank5.is_open, "tank 5 is closed");
        let tank6 = super::run(6);
        assert_eq!(tank6.level, 6);
        assert!(tank6.is_open, "tank 6 is closed");
        let tank7 = super::run(7);
        assert_eq!(tank7.level, 7);
        assert!(tank7.is_open, "tank 7 is closed");
        let tank8 = super::run(8);
        assert_eq!(tank8.level, 8);
        assert!(tank8.is_open, "tank 8 is closed");
    }
}
