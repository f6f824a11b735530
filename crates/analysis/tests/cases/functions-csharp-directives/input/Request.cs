namespace A {
    class Request {
        void Send(int kind) {
            if(kind == 1) { One(); }
#if !PLAIN
            else if(kind == 2)
            {
                Two();
            }
#endif
        }
        void One() { }
        void Two() { }
    }
}
