int second(int (*notify)(int))
{
    report(2);
    return notify(1);
}

int third(void)
{
    void (*first)(void) = lookup("first");
    first();
    return 0;
}
