static void report(int code) { (void)code; }

void notify(int code) { (void)code; }

int first(void)
{
    report(1);
    return 0;
}
