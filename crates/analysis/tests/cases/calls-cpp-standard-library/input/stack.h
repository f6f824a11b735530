#include <vector>
class Stack {
public:
    void push_back(int value) { values_.emplace(value); }
    void move_all() {}
    void emplace(int value) {}
    void use() { this->move_all(); }
private:
    std::vector<int> values_;
};
