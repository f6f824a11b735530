import UIKit
class A: UIViewController {
  @IBAction private func tapped(_ s: Any) {}
  @objc private func tick() {}
  private func dead() {}
  private func used() {}
  func run() { used(); Timer.x(#selector(tick)) }
}
