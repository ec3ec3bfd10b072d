"""The distribution: what goes to the backend, what to the bucket, and the pages of the front end behind one file."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.packages import ROOT
from stack.template import Template, target

pytestmark = pytest.mark.xdist_group("stack")
NO_CACHE = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""CloudFront's own name for its policy that caches nothing."""
PAGES = ["/", "/users", "/users/anna.b", "/emails/e-17", "/users/a.png"]
FILES = ["/favicon.ico", "/robots.txt", "/assets/app-4f2a.js", "/index.html"]


def distribution(template: Template) -> Any:
    (found,) = template.all("CloudFront::Distribution")
    return found.properties["DistributionConfig"]


def test_the_backends_paths_go_there_uncached_with_every_method(template: Template) -> None:
    behaviors = {one["PathPattern"]: one for one in distribution(template)["CacheBehaviors"]}
    assert set(behaviors) == {"/api/*", "/u/*", "/t/*", "/health", "/metrics", "/openapi.json"}
    for one in behaviors.values():
        assert one["CachePolicyId"] == NO_CACHE
        assert set(one["AllowedMethods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}


def test_an_answer_of_the_api_is_never_turned_into_a_page(template: Template) -> None:
    assert "CustomErrorResponses" not in distribution(template)


def test_nobody_but_the_distribution_reads_the_bucket(template: Template) -> None:
    (bucket,) = [one for one in template.all("S3::BucketPolicy") if "Site" in one.name]
    allowed = [one for one in bucket.properties["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]
    assert [one["Principal"] for one in allowed] == [{"Service": "cloudfront.amazonaws.com"}]
    assert template.all("CloudFront::OriginAccessControl")


def test_every_answer_is_over_tls_with_the_headers_that_keep_a_page_safe(template: Template) -> None:
    site = distribution(template)
    for behavior in [site["DefaultCacheBehavior"], *site["CacheBehaviors"]]:
        assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
        headers = template.named(target(behavior["ResponseHeadersPolicyId"]), "CloudFront::ResponseHeadersPolicy")
        safe = headers.properties["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
        assert {"ContentTypeOptions", "FrameOptions", "ReferrerPolicy", "StrictTransportSecurity"} <= set(safe)


def test_a_page_loads_nothing_from_elsewhere(template: Template) -> None:
    headers = template.named("PageHeaders", "CloudFront::ResponseHeadersPolicy").properties
    policy = headers["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]["ContentSecurityPolicy"]
    assert policy["ContentSecurityPolicy"].startswith("default-src 'self'; ")
    assert "http" not in policy["ContentSecurityPolicy"]


def test_the_log_of_the_api_names_nobody_and_no_path(template: Template) -> None:
    (stage,) = template.all("ApiGatewayV2::Stage")
    line = json.loads(stage.properties["AccessLogSettings"]["Format"])
    assert not [value for value in line.values() if "path" in value.lower() or "identity" in value]
    assert stage.properties["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0


def test_a_page_of_the_front_end_is_its_one_file_and_a_file_is_itself() -> None:
    asked = [*PAGES, *FILES]
    script = (ROOT / "infra" / "deep_links.js").read_text() + (
        f"console.log(JSON.stringify({json.dumps(asked)}.map(uri => handler({{request: {{uri}}}}).uri)))"
    )
    node = Path(sys.executable).with_name("node")
    answered = subprocess.run([node, "-e", script], stdout=subprocess.PIPE, text=True, timeout=30, check=True)
    assert json.loads(answered.stdout) == ["/index.html"] * len(PAGES) + FILES
