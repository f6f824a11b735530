using System;
using UnityEngine;
namespace N {
  public class A : MonoBehaviour {
    void Start() {}
    private void OnCollisionEnter(Collision c) {}
    [ContextMenu("x")] private void FromMenu() {}
    private void Named() {}
    public string N() => nameof(Named);
    private void Dead() {}
    private IEnumerator Run() { yield return null; }
    void Update() { StartCoroutine("Run"); }
  }
}
