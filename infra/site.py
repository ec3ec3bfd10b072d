"""The distribution: the front end from a private bucket, and the backend's paths uncached beside it."""

from pathlib import Path
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as front
from aws_cdk import aws_cloudfront_origins as origins
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.api import Api
from infra.storage import private_bucket

OF_THE_BACKEND: Final = ("/api/*", "/u/*", "/t/*", "/health", "/metrics", "/openapi.json")
CONTENT: Final = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class Site(Construct):
    def __init__(self, scope: Construct, name: str, *, api: Api) -> None:
        super().__init__(scope, name)
        self.bucket = private_bucket(self, "Files", keep=False)  # `make deploy` fills it again
        backend = self._to_backend(api)
        self.distribution = front.Distribution(
            self,
            "Distribution",
            comment="Winback",
            default_root_object="index.html",
            default_behavior=self._pages(),
            additional_behaviors=dict.fromkeys(OF_THE_BACKEND, backend),
            price_class=front.PriceClass.PRICE_CLASS_100,
        )
        acknowledge(
            self.distribution,
            {
                "AwsSolutions-CFR1": "Clients who unsubscribe may be anywhere.",
                "AwsSolutions-CFR2": "A firewall is the account's choice; the API is throttled without one.",
                "AwsSolutions-CFR3": "The log would keep addresses of clients beside their unsubscribe tokens.",
                "AwsSolutions-CFR4": "With CloudFront's own domain name it sets the version itself.",
            },
        )

    def _pages(self) -> front.BehaviorOptions:
        links = front.Function(
            self,
            "DeepLinks",
            code=front.FunctionCode.from_file(file_path=str(Path(__file__).with_name("deep_links.js"))),
            runtime=front.FunctionRuntime.JS_2_0,
        )
        return front.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(self.bucket),
            viewer_protocol_policy=front.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=front.CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=self._headers("PageHeaders", CONTENT),
            function_associations=[
                front.FunctionAssociation(function=links, event_type=front.FunctionEventType.VIEWER_REQUEST)
            ],
        )

    def _to_backend(self, api: Api) -> front.BehaviorOptions:
        return front.BehaviorOptions(
            origin=origins.HttpOrigin(api.domain, protocol_policy=front.OriginProtocolPolicy.HTTPS_ONLY),
            viewer_protocol_policy=front.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            allowed_methods=front.AllowedMethods.ALLOW_ALL,
            cache_policy=front.CachePolicy.CACHING_DISABLED,
            origin_request_policy=front.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=self._headers("ApiHeaders"),
        )

    def _headers(self, name: str, content: str | None = None) -> front.ResponseHeadersPolicy:
        """Of the backend's answers each says itself what it may load."""
        loads = content and front.ResponseHeadersContentSecurityPolicy(content_security_policy=content, override=True)
        framed = front.ResponseHeadersFrameOptions(frame_option=front.HeadersFrameOption.DENY, override=False)
        referrer = front.HeadersReferrerPolicy.NO_REFERRER
        return front.ResponseHeadersPolicy(
            self,
            name,
            security_headers_behavior=front.ResponseSecurityHeadersBehavior(
                content_security_policy=loads or None,
                content_type_options=front.ResponseHeadersContentTypeOptions(override=True),
                frame_options=framed,
                referrer_policy=front.ResponseHeadersReferrerPolicy(referrer_policy=referrer, override=True),
                strict_transport_security=front.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.days(365), include_subdomains=False, override=True
                ),
            ),
        )
