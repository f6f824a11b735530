"""Stores a report as a complete scan and prints its id: `seed.py BASE WORKER_TOKEN REPORT`."""
import json
import sys
import urllib.request

base, worker, report = sys.argv[1:]


def call(method, path, body, **headers):
    headers |= {"Content-Type": "application/json", "Authorization": f"Bearer {worker}"}
    request = urllib.request.Request(base + path, json.dumps(body).encode(), headers, method=method)
    return json.load(urllib.request.urlopen(request))


scan = call("POST", "/api/scan", {"repoUrl": "https://git.example.org/owner/repository"})["scanId"]
lease = call("POST", "/api/worker/claim", {"workerId": "seed", "scanId": scan})["leaseToken"]
done = {"status": "completed", "results": json.load(open(report)), "branch": "main", "commitSha": "c0ffee"}
call("PUT", f"/api/scan/{scan}/status", done, **{"X-Lease-Token": lease})
print(scan)
