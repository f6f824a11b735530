<?php
namespace App;
use App\Util\{One, Two};
use function App\Util\helper;
use Doctrine\ORM\Mapping as ORM;
/** @ORM\Entity */
class A {
  public function run() { array_map([$this, 'mapped'], []); usort($a, 'self::sorted'); return $this->direct() + self::stat() + helper(new One()); }
  private function mapped($x) {}
  private static function sorted($a, $b) {}
  private function direct() {}
  private static function stat() {}
  private function __clone() {}
  #[Required] private function attributed() {}
  private function dead() {}
}
