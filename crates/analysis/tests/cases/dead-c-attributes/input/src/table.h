int run(int (*g)(void));
