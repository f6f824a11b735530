int size(const int *list)
{
    int count = 0;
    while (list[count])
        count++;
    return count;
}

#ifdef LIST_TEST
int main(void)
{
    int list[] = {1, 0};
    return size(list) != 1;
}
#endif
