int o(void);
