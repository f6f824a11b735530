class View {
    init(from other: Int) { made() }
    func run() {
        show(text: "a")
    }
    func show(text: String) { texts() }
    func texts() {}
    func made() {}
}
