<?php
class CTestCase {}
