"""The adapters on AWS: the same ports as `adapters.local`, over DynamoDB, SNS, SQS, SES and S3."""
