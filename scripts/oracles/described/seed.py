"""Two complete scans of a repository and a key of a user's, for `scripts/oracles/schemathesis`: prints them as JSON.

    seed.py BASE WORKER_TOKEN NEXTAUTH_SECRET REPORT
"""
import base64, hashlib, hmac, json, sys, time, urllib.request

base, worker, secret, report = sys.argv[1:]
REPO_URL = "https://git.example.org/owner/repository"


def call(method, path, body=None, token=worker, **headers):
    headers |= {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    data = None if body is None else json.dumps(body).encode()
    return json.load(urllib.request.urlopen(urllib.request.Request(base + path, data, headers, method=method)))


def jwt(user):
    encode = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=")
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256"}, {"sub": user, "exp": int(time.time()) + 7200})]
    signed = b".".join(map(encode, parts))
    return (signed + b"." + encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest())).decode()


results = json.load(open(report))
scans = []
for commit in ("c0ffee", "decade"):
    id = call("POST", "/api/scan", {"repoUrl": REPO_URL})["scanId"]
    lease = call("POST", "/api/worker/claim", {"workerId": "seed", "scanId": id})["leaseToken"]
    done = {"status": "completed", "results": results, "branch": "main", "commitSha": commit}
    call("PUT", f"/api/scan/{id}/status", done, **{"X-Lease-Token": lease})
    scans.append(id)
repository = call("GET", "/api/history?userId=guest")["scans"][0]["repositoryId"]
user = jwt("ada")
print(json.dumps({
    "repoUrl": REPO_URL, "scans": scans, "repository": repository, "jwt": user,
    "key": call("POST", "/api/keys", {"name": "of a program"}, jwt("bob"))["key"],
    "analyser": f"{results['analyser']['version']}/{results['schemaVersion']}" if "analyser" in results else "none",
}))
