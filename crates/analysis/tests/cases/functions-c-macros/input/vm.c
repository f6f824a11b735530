int API(compress)(int level) { return level; }

unsigned CLOCK(void) { return 1; }

void execute(int op)
{
    GET_TYPE(op)
    if (op) {
        stop();
    }
    vmdispatch (GET_OPCODE(op)) {
        vmcase(OP_MOVE) {
            move_it();
        }
        vmcase(OP_LOAD) {
            load();
        }
    }
}
