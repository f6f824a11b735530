#include "stack.h"

int main()
{
    std::vector<int> numbers;
    numbers.push_back(1);
    std::move_all(numbers);
    Stack stack;
    stack.use();
    return 0;
}
