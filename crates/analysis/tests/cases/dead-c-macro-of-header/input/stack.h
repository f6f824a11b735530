#define STACK_INIT(s) \
    stack_begin((s), chunk_alloc)
